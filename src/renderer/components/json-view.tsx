import { ScrollArea } from '@mantine/core';
import { CopyAction } from './copy-action.tsx';
import classes from './json-view.module.css';

/** A document as JSON, to read and to copy. */
export function JsonView({ value }: { readonly value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <div className={classes.view}>
      <div className={classes.copy}>
        <CopyAction text={text} />
      </div>
      <ScrollArea.Autosize mah={760}>
        <pre className={classes.text}>{text}</pre>
      </ScrollArea.Autosize>
    </div>
  );
}

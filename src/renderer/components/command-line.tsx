import classes from './command-line.module.css';
import { CopyAction } from './copy-action.tsx';

/** A command for a terminal, ready to be copied. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <div className={classes.line}>
      <code className={classes.text}>
        <span className={classes.prompt} aria-hidden="true">
          ${' '}
        </span>
        {command}
      </code>
      <CopyAction text={command} />
    </div>
  );
}

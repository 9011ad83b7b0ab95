import { Button, Checkbox, Group } from '@mantine/core';
import { classColor } from '../../charts/class-colors.ts';
import { useText } from '../../i18n/use-text.ts';
import { Section } from '../page.tsx';
import type { classesIn } from './shown-objects.ts';
import classes from './viewer.module.css';

interface ClassListProps {
  /** Left out: it is about one image. */
  readonly title?: string;
  readonly found: ReturnType<typeof classesIn>;
  readonly nameOf: (index: number | null) => string;
  readonly hidden: ReadonlySet<number | null>;
  readonly onHidden: (hidden: ReadonlySet<number | null>) => void;
}

/** The classes of which there are objects, each to hide and show. */
export function ClassList({ title, found, nameOf, hidden, onHidden }: ClassListProps) {
  const { t, format } = useText();
  const isAnyHidden = found.some(({ index }) => hidden.has(index));
  const toggle = (index: number | null) => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    onHidden(next);
  };
  return (
    <Section
      title={title ?? t('viewer.classes')}
      size={14}
      mb={4}
      beside={
        found.length > 1 && (
          <Button
            ml="auto"
            size="compact-xs"
            variant="subtle"
            onClick={() => onHidden(new Set(isAnyHidden ? [] : found.map(({ index }) => index)))}
          >
            {t(isAnyHidden ? 'viewer.showAll' : 'viewer.hideAll')}
          </Button>
        )
      }
    >
      <ul className={`surface plain-list ${classes.list}`}>
        {found.map(({ index, count }) => (
          <li key={index} className={classes.row}>
            <Checkbox
              size="xs"
              flex={1}
              miw={0}
              checked={!hidden.has(index)}
              onChange={() => toggle(index)}
              label={
                <Group gap={8} wrap="nowrap" component="span">
                  <span className={classes.swatch} style={{ background: classColor(index) }} />
                  <span style={{ overflowWrap: 'anywhere' }}>{nameOf(index)}</span>
                </Group>
              }
            />
            <span className="muted tabular">{format.number(count)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

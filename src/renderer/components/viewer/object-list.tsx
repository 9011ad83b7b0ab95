import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { classColor } from '../../charts/class-colors.ts';
import { useText } from '../../i18n/use-text.ts';
import { Note } from '../note.ts';
import { Section } from '../page.tsx';
import type { ShownObject } from './shown-objects.ts';
import { useObjectTexts } from './use-object-texts.ts';
import classes from './viewer.module.css';

interface ObjectListProps {
  /** Those that are not hidden. */
  readonly objects: readonly ShownObject[];
  readonly nameOf: (index: number | null) => string;
  readonly lit: ShownObject | null;
  readonly onLit: (object: ShownObject | null) => void;
}

/** Every object in words, for eyes and screen readers; the arrow keys up and down go through them and light each in the image. */
export function ObjectList({ objects, nameOf, lit, onLit }: ObjectListProps) {
  const { t, format } = useText();
  const texts = useObjectTexts(nameOf);
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: objects.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 26,
    overscan: 8,
  });
  const at = lit === null ? -1 : objects.findIndex(({ number }) => number === lit.number);
  useEffect(() => {
    if (at >= 0) virtualizer.scrollToIndex(at, { align: 'auto' });
  }, [at, virtualizer]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowDown: Math.min(objects.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: objects.length - 1,
    }[event.key];
    if (next === undefined || event.shiftKey) return;
    event.preventDefault();
    onLit(objects[next] ?? null);
  };
  return (
    <Section
      title={t('viewer.objects')}
      size={14}
      mb={4}
      beside={<Note className="tabular">{format.number(objects.length)}</Note>}
    >
      {objects.length === 0 ? (
        <Note>{t('viewer.allHidden')}</Note>
      ) : (
        <div
          ref={scroller}
          className={`surface ${classes.list}`}
          role="listbox"
          tabIndex={0}
          aria-label={t('viewer.objects')}
          aria-activedescendant={at >= 0 ? `${id}-${objects[at]?.number}` : undefined}
          onKeyDown={onKeyDown}
          onBlur={() => onLit(null)}
        >
          <div style={{ position: 'relative', height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const object = objects[index];
              if (!object) return null;
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the list itself takes the keys
                // biome-ignore lint/a11y/useFocusableInteractive: the list itself takes the focus
                <div
                  key={object.number}
                  id={`${id}-${object.number}`}
                  role="option"
                  aria-selected={index === at}
                  aria-posinset={index + 1}
                  aria-setsize={objects.length}
                  className={classes.row}
                  style={{ position: 'absolute', insetInline: 0, transform: `translateY(${start}px)` }}
                  onPointerEnter={() => onLit(object)}
                  onClick={() => onLit(object)}
                >
                  <span className={classes.swatch} style={{ background: classColor(object.class) }} />
                  <span className="cut" title={texts.lineOf(object)}>
                    {texts.lineOf(object)}
                  </span>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </Section>
  );
}

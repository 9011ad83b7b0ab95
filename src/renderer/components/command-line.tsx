import { CopyAction } from './copy-action.tsx';

const frame = {
  display: 'flex',
  alignItems: 'flex-start',
  gap: 6,
  maxWidth: 760,
  padding: '3px 4px 3px 12px',
};

/** A command for a terminal, ready to be copied. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <div className="surface" style={{ ...frame, borderRadius: 8, background: 'var(--mantine-color-body)' }}>
      <code className="mono" style={{ flex: 1, minWidth: 0, padding: '4px 0', overflowWrap: 'anywhere' }}>
        <span className="muted" style={{ userSelect: 'none' }} aria-hidden="true">
          ${' '}
        </span>
        {command}
      </code>
      <CopyAction text={command} />
    </div>
  );
}

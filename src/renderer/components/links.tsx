import { Button, type ButtonProps } from '@mantine/core';
import { createLink, Link } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';

type AnchorProps = ButtonProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> & {
    readonly ref?: Ref<HTMLAnchorElement>;
  };

/** A button that goes to a page: a link, so that it can be opened in another tab. */
export const LinkButton = createLink((props: AnchorProps) => <Button component="a" {...props} />);

/** A project's name, which leads to it. */
export function ProjectLink({ project: { id, name } }: { readonly project: RunSummary['project'] }) {
  return (
    <Link to="/projects/$projectId" params={{ projectId: id }} className="plain-link" title={name}>
      {name}
    </Link>
  );
}

/** The version of a dataset that a run trains on; a dash where it was removed. */
export function DatasetLink({ dataset }: { readonly dataset: RunSummary['dataset'] }) {
  if (!dataset) return '–';
  const { id, name, version } = dataset;
  return (
    <Link
      to="/datasets/$datasetId"
      params={{ datasetId: id }}
      search={{ version }}
      className="plain-link"
      title={name}
    >
      {name} <span style={{ color: 'var(--muted)' }}>v{version}</span>
    </Link>
  );
}

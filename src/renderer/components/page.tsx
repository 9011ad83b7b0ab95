import { Anchor, Breadcrumbs, Group, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { createContext, type ReactNode, use, useEffect } from 'react';
import { createPortal } from 'react-dom';
import classes from './page.module.css';

/** Where the shell keeps the breadcrumb. */
export const BreadcrumbSlot = createContext<HTMLElement | null>(null);

interface Crumb {
  readonly label: string;
  /** A path of the app. */
  readonly to: string;
}

interface PageProps {
  readonly title: string;
  /** The pages above this one. */
  readonly crumbs?: readonly Crumb[];
  readonly subtitle?: ReactNode;
  readonly badge?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page's frame: document title, breadcrumb, heading with actions. */
export function Page({ title, crumbs = [], subtitle, badge, actions, children }: PageProps) {
  const slot = use(BreadcrumbSlot);
  useEffect(() => {
    document.title = title === 'Trainyard' ? title : `${title} · Trainyard`;
  }, [title]);
  return (
    <div className={classes.page}>
      {slot &&
        createPortal(
          <Breadcrumbs separator="/" separatorMargin={8} className={classes.crumbs}>
            {crumbs.map((crumb) => (
              <Anchor key={crumb.to} component={Link} to={crumb.to} size="sm" c="dimmed">
                {crumb.label}
              </Anchor>
            ))}
            <Text component="span" size="sm" fw={500} lh={1.6} truncate aria-current="page">
              {title}
            </Text>
          </Breadcrumbs>,
          slot,
        )}
      <header className={classes.header}>
        <div className={classes.heading}>
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Title order={1} size={22} fw={650} className={classes.title}>
              {title}
            </Title>
            {badge}
          </Group>
          {subtitle !== undefined && (
            <Text component="div" size="sm" c="dimmed" mt={2}>
              {subtitle}
            </Text>
          )}
        </div>
        {actions !== undefined && (
          <Group gap="xs" className={classes.actions}>
            {actions}
          </Group>
        )}
      </header>
      {children}
    </div>
  );
}

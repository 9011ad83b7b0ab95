import {
  Anchor,
  Box,
  Breadcrumbs,
  Group,
  Skeleton,
  Stack,
  Text,
  Title,
  type TitleProps,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { createContext, type ReactNode, use, useId } from 'react';
import { createPortal } from 'react-dom';
import { useText } from '../i18n/use-text.ts';
import classes from './page.module.css';

/** Where the shell keeps the breadcrumb. */
export const BreadcrumbSlot = createContext<HTMLElement | null>(null);

const crumbs = { flexWrap: 'nowrap', minWidth: 0, overflow: 'hidden' } as const;

interface PageProps {
  readonly title: string;
  /** The list above this page. */
  readonly under?: 'projects' | 'datasets' | 'runs';
  readonly subtitle?: ReactNode;
  readonly badge?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page's frame: document title, breadcrumb, heading with actions. */
export function Page({ title, under, subtitle, badge, actions, children }: PageProps) {
  const { t } = useText();
  const slot = use(BreadcrumbSlot);
  useDocumentTitle(`${title} · Trainyard`);
  return (
    <div className={classes.page}>
      {slot &&
        createPortal(
          <Breadcrumbs separator="/" separatorMargin={8} py={4} lh={1.6} style={crumbs}>
            {under && (
              <Anchor component={Link} to={`/${under}`} size="sm" c="dimmed">
                {t(`nav.${under}`)}
              </Anchor>
            )}
            <Text component="span" size="sm" fw={500} lh={1.6} truncate aria-current="page">
              {title}
            </Text>
          </Breadcrumbs>,
          slot,
        )}
      <Group component="header" align="flex-start" justify="space-between" gap="12px 24px" mb={20}>
        <Box miw={0} flex="1 1 320px">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Title order={1} size={22} fw={650} lts="-0.01em" style={{ overflowWrap: 'anywhere' }}>
              {title}
            </Title>
            {badge}
          </Group>
          {subtitle !== undefined && (
            <Text component="div" size="sm" c="dimmed" mt={2} style={{ overflowWrap: 'anywhere' }}>
              {subtitle}
            </Text>
          )}
        </Box>
        {actions !== undefined && (
          <Group gap="xs" flex="none">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </div>
  );
}

/** Holds a page's place while its code or data comes. */
export function PageSkeleton() {
  return (
    <div className={classes.page} aria-hidden="true">
      <Stack gap="lg">
        <Skeleton height={30} width={220} />
        <Skeleton height={44} />
        <Skeleton height={320} />
      </Stack>
    </div>
  );
}

interface SectionProps extends Pick<TitleProps, 'size' | 'mb'> {
  readonly title: string;
  /** Stands behind the heading. */
  readonly beside?: ReactNode;
  /** On a ground of its own. */
  readonly panel?: boolean;
  readonly children: ReactNode;
}

/** A part of a page under the heading that names it. */
export function Section({ title, beside, panel = false, size, mb = 'sm', children }: SectionProps) {
  const id = useId();
  const heading = (
    <Title order={2} size={size ?? (panel ? 15 : 16)} id={id} {...(!beside && { mb })}>
      {title}
    </Title>
  );
  return (
    <section {...(panel && { className: 'surface panel' })} aria-labelledby={id}>
      {beside ? (
        <Group gap="xs" mb={mb}>
          {heading}
          {beside}
        </Group>
      ) : (
        heading
      )}
      {children}
    </section>
  );
}

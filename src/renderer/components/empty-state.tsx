import { Center, Stack, Text } from '@mantine/core';
import type { ComponentType, ReactNode } from 'react';
import { Note } from './note.ts';

interface EmptyStateProps {
  readonly icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
  readonly title: string;
  readonly hint: string;
  /** The one thing to do next. */
  readonly action?: ReactNode;
}

/** What stands where nothing is yet: why, and what to do. */
export function EmptyState({ icon: Icon, title, hint, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap={6} p="56px 24px" bd="1px dashed var(--line-strong)" bdrs={12}>
      <Center w={44} h={44} mb={6} bdrs={12} bg="var(--surface-2)" c="var(--muted)">
        <Icon size={22} stroke={1.6} aria-hidden />
      </Center>
      <Text fw={600}>{title}</Text>
      <Note ta="center" maw={440} mb={action ? 10 : 0}>
        {hint}
      </Note>
      {action}
    </Stack>
  );
}

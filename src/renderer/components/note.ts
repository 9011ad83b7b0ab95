import { Badge, Text } from '@mantine/core';

/** What is said beside the matter. */
export const Note = Text.withProps({ size: 'sm', c: 'dimmed' });

/** A word that a thing is known by. */
export const Tag = Badge.withProps({ variant: 'default', size: 'sm', tt: 'none', fw: 500 });

import { Badge, Text } from '@mantine/core';

/** Secondary text. */
export const Note = Text.withProps({ size: 'sm', c: 'dimmed' });

/** A plain label. */
export const Tag = Badge.withProps({ variant: 'default', size: 'sm', tt: 'none', fw: 500 });

import { Skeleton, Stack } from '@mantine/core';
import classes from './page.module.css';

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

import { lateModule } from './late-part.tsx';

/** What reads and writes the text of a config; only people who do that need it. */
export const configText = lateModule(() => import('../../shared/format/config-text.ts'));

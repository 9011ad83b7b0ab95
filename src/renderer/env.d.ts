/// <reference types="vite/client" />
import type { DesktopApi } from '../shared/desktop.ts';
import type { PaintRecord } from './charts/paint-record.ts';
import type { Messages } from './i18n/messages.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Messages };
  }
}

declare global {
  const __TRAINYARD_VERSION__: string;
  interface Window {
    /** Only inside the desktop's window. */
    readonly trainyardDesktop?: DesktopApi;
    /** What benchmarks and tests read: when which journal number was painted. */
    __trainyard?: PaintRecord;
    /** Imports a part of the page; the build makes every late import one of these. */
    trainyardPart: <T>(address: string, load: (address: string) => Promise<T>) => Promise<T>;
  }
}

import path from 'node:path';
import { app, dialog } from 'electron';
import { errorMessage } from '../shared/errors/error.ts';
import { linkToEngine } from './shell/engine-link.ts';
import { listenToPage } from './shell/ipc.ts';
import { openWindow } from './shell/window.ts';

/** The desktop's entry: one instance, one window, an engine beside it. */
async function main(): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  await app.whenReady();
  const appRoot = path.resolve(__dirname, '..', '..');
  const link = await linkToEngine(appRoot, process.env);
  listenToPage(new URL(link.url).origin);
  const window = openWindow(link.url, path.join(__dirname, '..', 'preload', 'preload.cjs'));
  app.on('second-instance', () => {
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', () => app.quit());
  let stopping = false;
  app.on('before-quit', (event) => {
    if (stopping) return;
    stopping = true;
    event.preventDefault();
    void link.stop().finally(() => app.quit());
  });
}

main().catch((error: unknown) => {
  dialog.showErrorBox('Trainyard', errorMessage(error));
  app.exit(1);
});

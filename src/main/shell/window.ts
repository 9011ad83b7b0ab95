import path from 'node:path';
import { BrowserWindow, type Session, shell } from 'electron';

/** Denies whatever a page of the engine never needs: permissions, other origins, new windows, webviews. */
function confine(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** The one window: sandboxed, isolated, on the engine's origin and nowhere else. */
export function openWindow(url: string, preloadFile: string): BrowserWindow {
  const { origin } = new URL(url);
  const window = new BrowserWindow({
    width: 1360,
    height: 880,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Trainyard',
    backgroundColor: '#16181d',
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.resolve(preloadFile),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  confine(window.webContents.session);
  const stay = (event: { preventDefault(): void }, target: string) => {
    if (new URL(target).origin !== origin) event.preventDefault();
  };
  window.webContents.on('will-navigate', (event, target) => stay(event, target));
  window.webContents.on('will-redirect', (event, target) => stay(event, target));
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  window.webContents.setWindowOpenHandler(({ url: target }) => {
    // Documentation links open in the person's browser; nothing opens a second window here.
    if (target.startsWith('https://')) void shell.openExternal(target);
    return { action: 'deny' };
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(url);
  return window;
}

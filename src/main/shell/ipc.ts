import { BrowserWindow, dialog, ipcMain, Notification } from 'electron';
import { type DesktopRequest, desktopChannel, parseDesktopRequest } from '../../shared/desktop.ts';

async function answer(window: BrowserWindow, request: DesktopRequest): Promise<string | null> {
  if (request.verb === 'choosePath') {
    const chosen = await dialog.showOpenDialog(window, {
      properties: [request.argument === 'folder' ? 'openDirectory' : 'openFile'],
      ...(request.argument === 'archive'
        ? { filters: [{ name: 'zip, tar', extensions: ['zip', 'tar', 'tgz', 'gz'] }] }
        : {}),
    });
    return chosen.filePaths[0] ?? null;
  }
  const note = new Notification(request.argument);
  note.on('click', () => window.show());
  note.show();
  return null;
}

/** The only place where the shell receives messages of a page: from the top frame of our own origin, and only the known ones. */
export function listenToPage(origin: string): void {
  ipcMain.handle(desktopChannel, async (event, message: unknown) => {
    const frame = event.senderFrame;
    const window = BrowserWindow.fromWebContents(event.sender);
    if (!frame || frame !== event.sender.mainFrame || new URL(frame.url).origin !== origin || !window) {
      throw new Error('This page may not talk to the desktop.');
    }
    const request = parseDesktopRequest(message);
    if (!request) throw new Error('The desktop does not know this request.');
    return answer(window, request);
  });
}

import { contextBridge, ipcRenderer } from 'electron';
import { type DesktopApi, type DesktopRequest, desktopChannel } from '../shared/desktop.ts';

const ask = (request: DesktopRequest): Promise<unknown> => ipcRenderer.invoke(desktopChannel, request);

const desktop: DesktopApi = {
  choosePath: async (kind) => {
    const path = await ask({ verb: 'choosePath', argument: kind });
    return typeof path === 'string' ? path : null;
  },
  notify: async (message) => {
    await ask({ verb: 'notify', argument: message });
  },
};

contextBridge.exposeInMainWorld('trainyardDesktop', desktop);

import '@mantine/core/styles.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { followChanges } from './app/changes.ts';
import { queryClient } from './app/query-client.ts';
import { exposePaints } from './charts/paint-record.ts';
import { startTexts } from './i18n/i18n.ts';
import { fetchPartsWhenIdle } from './late/late-parts.ts';
import { recoverByItself } from './late/recovery.ts';
import { connection, engine } from './rpc/client.ts';

/** Changes for as long as the page lives. Only a session that is not known ends it, and the page then says so; a new one starts it again. */
async function keepTrue(): Promise<void> {
  for (;;) {
    try {
      await followChanges(engine, queryClient, new AbortController().signal);
    } catch (error) {
      if (connection.state.phase !== 'unauthorized') reportError(error);
      await new Promise<void>((resolve) => {
        const stop = connection.subscribe(() => {
          if (connection.state.phase !== 'open') return;
          stop();
          resolve();
        });
      });
    }
  }
}

async function start(): Promise<void> {
  exposePaints();
  recoverByItself(connection, queryClient);
  connection.start();
  // Asked before anything else is read, so that no change between a read and the first notification goes unnoticed.
  void keepTrue();
  await startTexts();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  window.dispatchEvent(new Event('trainyard-started'));
  void fetchPartsWhenIdle();
}

void start();

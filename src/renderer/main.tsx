import '@mantine/core/styles.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { followChanges } from './app/changes.ts';
import { exposePaints } from './charts/paint-record.ts';
import { startTexts } from './i18n/i18n.ts';
import { fetchPartsWhenIdle } from './late/late-part.tsx';
import { recoverByItself } from './late/recovery.ts';
import { connection } from './rpc/client.ts';

async function start(): Promise<void> {
  exposePaints();
  recoverByItself();
  connection.start();
  // Asked before anything else is read, so that no change between a read and the first notification goes unnoticed.
  void followChanges();
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

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/build.mjs';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { type OpenBrowser, openBrowser } from '../support/browser.ts';
import { fixtureIdentity, fixturePassphrase, fixtureRecipient, listedBackup } from './fixture-backups.ts';
import { ago } from './fixture-data.ts';
import { visitFixture } from './visit.ts';

let opened: OpenBrowser;
beforeAll(async () => {
  await ensureBuilt({ only: ['desktop'] });
  opened = await openBrowser();
});
afterAll(() => opened[Symbol.asyncDispose]());

test('the page says how old the newest good snapshot is, and never takes a damaged one for it', async () => {
  const { page, complaints } = await visitFixture(opened, '/backups');
  const main = page.getByRole('main');
  await main.getByText('Newest good snapshot').waitFor();
  expect(await main.getByText('3 hours ago', { exact: true }).count()).toBe(2);
  const rows = main.getByRole('list').first().locator('> li');
  expect(await rows.count()).toBe(3);
  const damaged = rows.first();
  await damaged.getByText('Can’t be used').waitFor();
  await damaged.getByText('The manifest of the snapshot cannot be used: it is no JSON').waitFor();
  expect(await damaged.textContent()).not.toContain('Verified');
  const good = rows.nth(1);
  for (const text of ['before cleaning up', 'by kim', '36.4 MiB', 'Proven 30 minutes ago'])
    expect(await good.textContent()).toContain(text);
  await rows.nth(2).getByText('Never verified').waitFor();
  await rows.nth(2).getByText('Made by hand').waitFor();
  expect(complaints).toEqual([]);
});

test('a snapshot that is opened by the keyboard shows what it holds, what it does not, and commands to copy', async () => {
  const { page, complaints } = await visitFixture(opened, '/backups', {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const row = page.getByRole('button', { name: /before cleaning up/ });
  await row.focus();
  await page.keyboard.press('Enter');
  expect(await row.getAttribute('aria-expanded')).toBe('true');
  const details = page.getByRole('list').first().locator('> li').nth(1);
  for (const text of [
    ...['48,812 rows · 28 tables · revision 0019', 'workflow_logs', '1,240', '5,021 · 29.6 MiB', '31'],
    ...['The run directories of 2 runs that were not over:', '00000000-0000-4000-8003-000000000001'],
    ...['The images of 제주 꽃 2026, version 1', '/data/제주 꽃', 'artifacts/old/model.onnx'],
  ])
    await details.getByText(text).first().waitFor();
  const folder = '/home/kim/.local/share/trainyard/snapshots/20261130T090000Z-ab12cd';
  await details.getByRole('button', { name: 'Copy the folder’s path' }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied).toBe(folder);
  const copies = details.getByRole('button', { name: 'Copy', exact: true });
  await copies.first().click();
  await expect.poll(copied).toBe(`trainyard backup verify ${folder}`);
  await copies.last().click();
  await expect.poll(copied).toBe(`trainyard backup restore ${folder} --home NEW_FOLDER --yes`);
  await row.press('Enter');
  expect(await row.getAttribute('aria-expanded')).toBe('false');
  expect(complaints).toEqual([]);
});

test('a snapshot is made with a reason, its progress is live and outlasts a reload, and it is the newest then', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups');
  const { snapshots } = fixture.story.state;
  const make = page.getByRole('button', { name: 'Make a snapshot' });
  await make.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('before the move');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Making a snapshot: database').waitFor();
  expect(await make.isDisabled()).toBe(true);
  snapshots.reach('database', 12_345);
  await page.getByText('12,345 rows').waitFor();
  await page.reload();
  await page.getByText('12,345 rows').waitFor();
  snapshots.reach('verification', 1);
  await page.getByText('Making a snapshot: reading all of it').waitFor();
  await page.getByText('1 file', { exact: false }).first().waitFor();
  snapshots.finish();
  await page.getByText('The snapshot is made and was read back whole').waitFor();
  const first = page.getByRole('list').first().locator('> li').first();
  await first.getByText('before the move').waitFor();
  expect(await page.getByRole('progressbar').count()).toBe(0);
  expect(await make.isDisabled()).toBe(false);
  expect(complaints).toEqual([]);
});

test('a snapshot that another client makes shows up by itself, and its failure says what can be done', async () => {
  const { page, fixture } = await visitFixture(opened, '/backups');
  const { snapshots } = fixture.story.state;
  await page.getByText('Newest good snapshot').waitFor();
  snapshots.begin('create', 'by the command line');
  await page.getByText('Making a snapshot: database').waitFor();
  snapshots.fail(fault('SNAPSHOT_FAILED', { cause: 'the store is away' }));
  const alert = page.getByRole('alert').filter({ hasText: 'SNAPSHOT_FAILED' });
  await alert.getByText('The snapshot could not be made: the store is away').waitFor();
  await alert.getByText('Earlier snapshots are as they were').waitFor();
  await page.reload();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('dialog').getByLabel('Reason').waitFor();
});

test('a snapshot whose engine ends before it is finished is said to be none', async () => {
  const { page, fixture } = await visitFixture(opened, '/backups');
  const { snapshots, state } = { ...fixture.story, ...fixture.story.state };
  await page.getByText('Newest good snapshot').waitFor();
  const { id } = snapshots.begin('create');
  await page.getByText('Making a snapshot: database').waitFor();
  snapshots.operation = null;
  state.changed({ kind: 'backup', id });
  await page.getByText('It was not finished: the engine ended meanwhile').waitFor();
  expect(await page.getByRole('progressbar').count()).toBe(0);
});

test('where there is no snapshot the page warns, says what one is, and makes the first', async () => {
  const { page, complaints } = await visitFixture(opened, '/backups', {}, ({ story: { state } }) => {
    state.snapshots.list = [];
  });
  await page.getByRole('alert').getByText('There is no good snapshot').waitFor();
  await page.getByText('A snapshot keeps what every store holds at one moment').waitFor();
  await page.getByRole('button', { name: 'Make a snapshot' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.getByText('Making a snapshot: database').waitFor();
  expect(complaints).toEqual([]);
});

test('in Korean a damaged snapshot says what is wrong with it, and no English is left but names', async () => {
  const { page, fixture } = await visitFixture(opened, '/backups', { locale: 'ko-KR' });
  await page.getByText('스냅숏의 manifest.json을 쓸 수 없습니다: JSON 형식이 아닙니다').waitFor();
  await page.getByRole('button', { name: /before cleaning up/ }).click();
  await page.getByRole('button', { name: /직접 만듦/ }).click();
  await page.getByText('데이터베이스에 있음').waitFor();
  fixture.story.state.snapshots.begin('create');
  await page.getByText('스냅숏을 만드는 중: 데이터베이스').waitFor();
  const text = await page.getByRole('main').innerText();
  const known =
    /trainyard backup \S.*|\/\S+|artifacts\/\S+|before cleaning up|SNAPSHOT_\w+|manifest\.json|Asia\/Seoul|\bJSON\b|Trainyard|Redis|Docker|NEW_FOLDER|workflow_logs|model_artifacts|kim|[KM]iB|ID|\d{8}T\d{6}Z-\w+|[0-9a-f]{8}-[0-9a-f-]{27}/g;
  expect(text.replace(known, '').match(/[A-Za-z]{2,}.*/g)).toBeNull();
});

test.each(['en-GB', 'ko-KR'])('all of it fits into a phone’s window (%s)', async (locale) => {
  const { page } = await visitFixture(opened, '/backups', { locale, viewport: { width: 390, height: 800 } });
  const rows = page.locator('main li button[aria-expanded]');
  await rows.nth(1).waitFor();
  for (const row of await rows.all()) await row.click();
  await page.locator('main dl').nth(1).waitFor();
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(beyond).toBeLessThanOrEqual(0);
});

test('a snapshot is proven from its row, and what was found is shown', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups');
  const { snapshots } = fixture.story.state;
  await page.getByRole('button', { name: /before cleaning up/ }).click();
  await page.getByRole('button', { name: 'Prove it' }).click();
  await page.getByText('Proving a snapshot: database').waitFor();
  expect(await page.getByRole('button', { name: 'Restore…' }).isDisabled()).toBe(true);
  snapshots.reach('checks', 0);
  await page.getByText('Proving a snapshot: checking what was restored').waitFor();
  snapshots.end({
    drill: {
      ...{ ok: false, durationMs: 5100 },
      checks: [
        { check: 'revision', ok: true, detail: '0019' },
        { check: 'references', ok: false, detail: 'artifacts/x is not there' },
      ],
    },
  });
  await page.getByText('The snapshot was restored into stores of its own, and does not work').waitFor();
  await page.getByText('✗ References').waitFor();
  await page.getByText('artifacts/x is not there').waitFor();
  expect(complaints).toEqual([]);
});

test('a restore says what it changes and what it stops, and leaves a way back', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups');
  const { snapshots } = fixture.story.state;
  await page.getByRole('button', { name: /before cleaning up/ }).click();
  await page.getByRole('button', { name: 'Restore…' }).click();
  const dialog = page.getByRole('dialog');
  for (const text of ['1,204', '1,188']) await dialog.getByText(text).waitFor();
  await dialog.getByLabel('Cancel the 2 runs that are under way, after a last checkpoint').check();
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('Restoring a snapshot: database').waitFor();
  expect(snapshots.asked).toMatchObject({ stopRuns: true });
  snapshots.end({}, { at: ago(0), by: 'restore', snapshot: { id: 'x', at: ago(180) } });
  await page.getByText('The snapshot is restored and in service').waitFor();
  await page.getByText(/What was there before the restore of .* is kept/).waitFor();
  await page.getByRole('button', { name: 'Go back to it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Go back to it' }).click();
  await page.getByText('Going back: database').waitFor();
  snapshots.end({}, { at: ago(0), by: 'revert', snapshot: { id: 'x', at: ago(180) } });
  await page.getByText(/What was restored is kept; you went back on/).waitFor();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
  await page
    .getByText(/What was restored is kept/)
    .first()
    .waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
});

test('the schedule is shown with its next times, is edited with a preview of what goes, and what the engine refuses stands at its field', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups');
  const { snapshots } = fixture.story.state;
  const section = page.getByRole('region', { name: 'Scheduled snapshots' });
  await section.getByText('Every day at 03:00 (Asia/Seoul)').waitFor();
  await section.getByText('last 3, daily 7, weekly 4, monthly 6').waitFor();
  await section.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Nothing would be removed now.').waitFor();
  await dialog.getByRole('textbox', { name: 'Last' }).fill('1');
  await dialog.getByText(/^2 snapshots would be removed with the next one:/).waitFor();
  await dialog.getByText('Other', { exact: true }).click();
  await dialog.getByLabel('Cron expression').fill('0 0 30 2 *');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog
    .getByText('"0 0 30 2 *" never matches: no month that it names has such a day')
    .first()
    .waitFor();
  await dialog.getByText('Weekly', { exact: true }).click();
  await dialog.getByLabel('Time', { exact: true }).fill('23:30');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await section.getByText('Every Monday at 23:30 (Asia/Seoul)').waitFor();
  expect(snapshots.schedule).toMatchObject({ cron: '30 23 * * 1', keep: { last: 1, monthly: 6 } });
  await section.getByRole('switch').click();
  await section.getByText('No snapshots are made by themselves.').waitFor();
  expect(snapshots.schedule.on).toBe(false);
  expect(complaints).toEqual([]);
});

test('a scheduled snapshot that failed is told on every page with its cause, to the operating system once, and how old the newest is stands in the navigation', async () => {
  const { page, fixture } = await visitFixture(opened, '/projects', { locale: 'ko-KR' });
  await page.addInitScript(() => {
    const notified: unknown[] = [];
    const trainyardDesktop = { notify: async (message: unknown) => void notified.push(message) };
    Object.assign(globalThis, { notified, trainyardDesktop });
  });
  await page.reload();
  const navigation = page.getByRole('navigation').filter({ hasText: '백업' });
  await navigation.getByText('3시간 전').waitFor();
  const notified = () => page.evaluate(() => Reflect.get(globalThis, 'notified') as { title: string }[]);
  expect(await notified()).toEqual([]);
  fixture.story.state.snapshots.failSchedule();
  const title = '마지막 예약 스냅숏이 실패했습니다';
  const notice = page.getByRole('status').filter({ hasText: title });
  await notice.getByText(/36\.4 MiB/).waitFor();
  expect(await notified()).toMatchObject([{ title }]);
  await page.reload();
  await notice.waitFor();
  expect(await notified()).toEqual([]);
  await notice.getByRole('link').click();
  await page.getByRole('alert').filter({ hasText: 'DISK_FULL' }).getByText('다음 시도:').waitFor();
  expect(await notice.count()).toBe(0);
});

test('encryption begins once the key that was shown is given back, and another one is refused', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups');
  const { snapshots } = fixture.story.state;
  await page.getByText('Snapshots are not encrypted').waitFor();
  await page.getByRole('button', { name: 'Set up…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
  const shown = page.getByRole('dialog', { name: 'Save this key now' });
  await shown.getByText(fixtureIdentity).waitFor();
  await page.keyboard.press('Escape');
  const saving = page.waitForEvent('download');
  await shown.getByRole('button', { name: 'Save as a file' }).click();
  expect((await saving).suggestedFilename()).toBe('trainyard-backup-key.txt');
  await shown.getByRole('button', { name: 'I saved it' }).click();
  await shown.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(fixtureIdentity);
  const prove = page.getByRole('dialog', { name: 'Prove the key' });
  await prove.getByLabel('Key', { exact: true }).fill('AGE-SECRET-KEY-1WRONG');
  await prove.getByRole('button', { name: 'Prove', exact: true }).click();
  await prove.getByText(/This is another key/).waitFor();
  expect(snapshots.encryption.active).toBeNull();
  await prove.getByLabel('Key', { exact: true }).fill(fixtureIdentity);
  await prove.getByRole('button', { name: 'Prove', exact: true }).click();
  await page.getByText('New snapshots are encrypted').waitFor();
  await page.getByText(fixtureRecipient).first().waitFor();
  await page.getByRole('button', { name: 'Turn off…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off', exact: true }).click();
  await page.getByText('Snapshots are not encrypted').waitFor();
  expect(complaints).toEqual([]);
});

test('an encrypted snapshot says so, and is proven and restored with its key or passphrase only', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups', {}, ({ story: { state } }) => {
    const encryption = { recipient: fixtureRecipient, hasPassphrase: true };
    state.snapshots.list = [
      listedBackup('20261130T090000Z-ab12cd', ago(180), { encryption, who: null, notKept: null }),
    ];
  });
  const { snapshots } = fixture.story.state;
  const row = page.getByRole('button', { name: /Encrypted/ });
  await row.click();
  await page.getByText('It is encrypted: what it does not keep can be read with its key only.').waitFor();
  await page.getByRole('button', { name: 'Prove it' }).click();
  const dialog = page.getByRole('dialog');
  const begin = dialog.getByRole('button', { name: 'Prove it' });
  expect(await begin.isDisabled()).toBe(true);
  await dialog.getByLabel('Passphrase of this snapshot').fill(fixturePassphrase);
  await begin.click();
  await page.getByText('Proving a snapshot').waitFor();
  expect(snapshots.asked).toMatchObject({ key: { passphrase: fixturePassphrase } });
  snapshots.end({});
  await page.getByRole('button', { name: 'Restore…' }).click();
  await dialog.getByLabel('Passphrase of this snapshot').fill(fixtureIdentity);
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await page.getByText('Restoring a snapshot').waitFor();
  expect(snapshots.asked).toMatchObject({ key: { identities: fixtureIdentity } });
  expect(complaints).toEqual([]);
});

test('a destination for copies is added, says how it goes, and is removed', async () => {
  const { page, fixture, complaints } = await visitFixture(opened, '/backups');
  const { destinations } = fixture.story.state;
  const section = page.getByRole('region', { name: 'Copies elsewhere' });
  await section.getByText('Snapshots are on this machine alone.').waitFor();
  await section.getByRole('button', { name: 'Add a destination' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a destination for copies' });
  const place = dialog.getByLabel('Folder or bucket');
  const add = dialog.getByRole('button', { name: 'Add a destination' });
  await place.fill('usb');
  await add.click();
  await dialog.getByText('"usb" is neither an absolute path').first().waitFor();
  await place.fill('s3://offsite/taken');
  await dialog.getByLabel('S3 server').fill('https://nas:9000');
  await add.click();
  await dialog.getByText('holds copies that are not of this destination').first().waitFor();
  await dialog.getByLabel('Take over copies that are there').check();
  await dialog.getByLabel('Days').fill('30');
  await add.click();
  await dialog.waitFor({ state: 'hidden' });
  const row = section.getByRole('listitem');
  await row.getByText('Connecting…').waitFor();
  expect(destinations.list).toMatchObject([
    { name: 'taken', endpoint: 'https://nas:9000', keep: { last: 3, daily: 30, weekly: 4, monthly: 6 } },
  ]);
  const current = { snapshot: '20261130T090000000Z-ab12cd', done: 12, files: 400 };
  destinations.change('taken', { current });
  await row.getByText('12 of 400 copied').waitFor();
  destinations.change('taken', {
    ...{ isBusy: false, current: null, waiting: 0, copies: 1, newest: ago(180) },
  });
  await row.getByText('1 copy · newest from 3 hours ago · Up to date').waitFor();

  const error = fault('DESTINATION_AWAY', { place: '/mnt/usb/trainyard' }).record;
  destinations.change('taken', {
    ...{ waiting: 2, retryAt: ago(-1), warning: 'away' },
    failure: { at: ago(1), since: ago(60 * 24 * 8), error },
  });
  await row.getByText('Nothing can be copied to “taken”').waitFor();
  await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
  await page.getByText('“taken” has been away for more than a week').waitFor();
  await page.getByRole('link', { name: 'Look at the backups' }).click();
  await row.getByRole('button', { name: 'Try again' }).click();
  await row.getByText('Connecting…').waitFor();
  destinations.change('taken', { isBusy: false, warning: null });

  await row.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'How many copies stay' }).click();
  const keep = page.getByRole('dialog', { name: 'How many copies stay' });
  await keep.getByLabel('Remove old copies').uncheck();
  await keep.getByRole('button', { name: 'Save' }).click();
  await keep.waitFor({ state: 'hidden' });
  expect(destinations.list).toMatchObject([{ keep: null }]);
  await row.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await section.getByText('Snapshots are on this machine alone.').waitFor();
  expect(complaints).toEqual([]);
});

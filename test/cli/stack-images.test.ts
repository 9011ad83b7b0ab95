import path from 'node:path';
import { expect, test } from 'vitest';
import { openHome } from '../../src/main/platform/home.ts';
import { chooseImages, stackImages } from '../../src/main/stack/stack-images.ts';
import { SettingsStore } from '../../src/main/stores/settings/settings-store.ts';
import { temporaryHome } from '../support/engine.ts';

test('images that were chosen are kept, one by one, until they are given back', async () => {
  await using place = await temporaryHome();
  const file = path.join(openHome(place.home), 'settings.sqlite');
  {
    using settings = new SettingsStore(file);
    expect(stackImages(settings)).toEqual({});
    chooseImages(settings, ['redis=redis:8.2', 'postgres=host.lan:5000/postgres@sha256:00ff']);
    chooseImages(settings, ['redis=']);
  }
  using again = new SettingsStore(file);
  expect(stackImages(again)).toEqual({ postgres: 'host.lan:5000/postgres@sha256:00ff' });
});

test.each(['mysql=mysql:9', 'redis', 'redis=-v /:/host', 'redis=a b'])(
  '%s is refused, and nothing is kept',
  async (choice) => {
    await using place = await temporaryHome();
    using settings = new SettingsStore(path.join(openHome(place.home), 'settings.sqlite'));
    expect(() => chooseImages(settings, ['s3=silo:1', choice])).toThrow(
      expect.objectContaining({ code: 'STACK_IMAGE_INVALID' }),
    );
    expect(stackImages(settings)).toEqual({});
  },
);

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HubCaches } from '../../../src/main/features/weights/hubs/hub-caches.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('weights in the caches of torch, Hugging Face and Ultralytics are found by their models; a link out of a cache is none', async () => {
  await using place = await temporaryFolder();
  const at = (...parts: string[]) => path.join(place.folder, ...parts);
  const put = (bytes: string, ...parts: string[]) => {
    mkdirSync(path.dirname(at(...parts)), { recursive: true });
    writeFileSync(at(...parts), bytes);
    return at(...parts);
  };
  const torch = put('12345', 'torch', 'hub', 'checkpoints', 'deeplabv3_resnet50_coco-cd0a2569.pth');
  put('{}', 'torch', 'hub', 'checkpoints', 'unknown.pth');
  const yolo = put('123', 'weights', 'yolo11n.pt');
  put(JSON.stringify({ weights_dir: at('weights') }), 'ultralytics', 'settings.json');
  const timm = ['hf', 'hub', 'models--timm--resnet18.a1_in1k'];
  put('1234', ...timm, 'blobs', 'abc');
  put('rev\n', ...timm, 'refs', 'main');
  mkdirSync(at(...timm, 'snapshots', 'rev'), { recursive: true });
  symlinkSync('../../blobs/abc', at(...timm, 'snapshots', 'rev', 'model.safetensors'));
  const out = ['hf', 'hub', 'models--a--b', 'snapshots', 'rev'];
  mkdirSync(at(...out), { recursive: true });
  symlinkSync(torch, at(...out, 'model.safetensors'));
  const caches = new HubCaches({
    ...{ HF_HOME: at('hf'), TORCH_HOME: at('torch'), YOLO_CONFIG_DIR: at('ultralytics') },
  });
  const resnet = at(...timm, 'snapshots', 'rev', 'model.safetensors');
  expect(await caches.list()).toEqual([
    { model: 'timm/resnet18.a1_in1k', file: resnet, sizeBytes: 4, cache: 'huggingface' },
    { model: 'torchvision/deeplabv3_resnet50', file: torch, sizeBytes: 5, cache: 'torch' },
    { model: 'ultralytics/yolo11n', file: yolo, sizeBytes: 3, cache: 'ultralytics' },
  ]);
  expect(await caches.find('timm/resnet18')).toMatchObject({ file: resnet });
  expect(await caches.find('huggingface/a/b')).toMatchObject({
    file: null,
    wanted: { file: 'model.safetensors', folder: at('hf', 'hub', 'models--a--b', 'snapshots', 'main') },
  });
  expect(await caches.find('timm/unheard_of')).toBeNull();
});

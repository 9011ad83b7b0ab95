import { spawnSync } from 'node:child_process';

const modules = [
  'torch',
  'torchvision',
  'timm',
  'transformers',
  'onnx',
  'onnxruntime',
  'pycocotools',
  'scipy',
  'pytest',
];

/** A Python that can test the torch trainer, or why there is none. */
export function pythonForTorch() {
  const named = process.env.TRAINYARD_TEST_PYTHON;
  const python = named || 'python3';
  const script = `import importlib.util as u; print(' '.join(m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None))`;
  const { status, stdout, error } = spawnSync(python, ['-c', script], { encoding: 'utf8', timeout: 60_000 });
  if (error || status !== 0) return { reason: `${python} does not run` };
  const missing = stdout.trim();
  if (missing === '') return { python };
  return { reason: `${named ? 'TRAINYARD_TEST_PYTHON' : python} has no ${missing.split(' ').join(', ')}` };
}

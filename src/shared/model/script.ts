/** What the shell of whoever starts a script knows and the engine's may not: where its Python and its libraries are, which cards it may use. */
export const scriptEnvironmentNames = [
  'PATH',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
  'PYTHONPATH',
  'CUDA_VISIBLE_DEVICES',
] as const;

/** What a script is called: its file, where the command names one, else its program. */
export function scriptName(command: string): string {
  const words = (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll(/["']/g, ''));
  const file =
    words.find((word) => /\.(?:py|sh|ipynb|jl|r|mjs|js|ts)$/i.test(word)) ??
    words.find((word) => !word.includes('='));
  return (file ?? command).split(/[\\/]/).at(-1)?.slice(0, 200) || 'script';
}

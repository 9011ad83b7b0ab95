import { existsSync } from 'node:fs';
import { childEnvironment } from '../../../platform/child-environment.ts';

/** What the user's shell says to Python, or to pip of where to install: an environment of ours is none of theirs. */
const notForOurs =
  /^(PYTHON(?!_(?:BUILD|CONFIGURE)).*|VIRTUAL_ENV|CONDA_PREFIX|__PYVENV_LAUNCHER__|PIP_(TARGET|PREFIX|ROOT|USER|REQUIRE_VIRTUALENV|PYTHON|REQUIREMENT|CONSTRAINT|DRY_RUN|REPORT)|UV_(PROJECT|PROJECT_ENVIRONMENT|PYTHON|CONSTRAINT|OVERRIDE|SYSTEM_PYTHON|TORCH_BACKEND))$/;

/** An environment without what would lead a Python of ours to other packages. */
export function forOurPython(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !notForOurs.test(name));
  return { ...Object.fromEntries(kept), PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' };
}

/** The environment of a Python that is asked, or that installs: the user's, without what would lead it to other packages. */
export const pythonEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...forOurPython(childEnvironment('program', environment)),
  NO_COLOR: '1',
});

/** pip's settings by their names, of `pip config list`: lines as `global.index-url='…'`. What the environment says comes last and wins. */
export function readPipSettings(listed: string): ReadonlyMap<string, string> {
  const lines = listed.split(/\r?\n/).flatMap((line) => {
    const match = /^(global|install|:env:)\.([a-z-]+)=(['"])(.*)\3$/.exec(line.trim());
    return match?.[2] && match[4] !== undefined ? [{ from: match[1], name: match[2], value: match[4] }] : [];
  });
  const rank = (from: string | undefined) => ['global', 'install', ':env:'].indexOf(from ?? '');
  lines.sort((one, other) => rank(one.from) - rank(other.from));
  return new Map(lines.map(({ name, value }) => [name, value.replaceAll('\\n', ' ').trim()]));
}

/**
 * The same settings for uv, which does not read pip's: where a mirror, or a certificate, is set for pip alone. What is set for uv stays.
 */
export function forUv(
  settings: ReadonlyMap<string, string>,
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const isSet = (...names: readonly string[]) => names.some((name) => environment[name]);
  const made: NodeJS.ProcessEnv = {};
  const take = (setting: string, variable: string, ...others: readonly string[]) => {
    const value = settings.get(setting);
    if (value && !isSet(variable, ...others)) made[variable] = value;
  };
  take('index-url', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL');
  take('extra-index-url', 'UV_INDEX', 'UV_EXTRA_INDEX_URL');
  take('trusted-host', 'UV_INSECURE_HOST');
  take('cert', 'SSL_CERT_FILE');
  const folders = (settings.get('find-links') ?? '')
    .split(' ')
    .filter((place) => /^[a-z]+:\/\//i.test(place) || existsSync(place));
  if (folders.length > 0 && !isSet('UV_FIND_LINKS')) made.UV_FIND_LINKS = folders.join(',');
  if (/^(1|true|yes|on)$/i.test(settings.get('no-index') ?? '') && !isSet('UV_NO_INDEX'))
    made.UV_NO_INDEX = '1';
  return made;
}

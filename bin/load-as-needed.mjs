// A plugin of the build for Node: Node's own modules by `process.getBuiltinModule` in place of `import`, which reads every
// property that a module has before it binds one. Reading `http.WebSocket` loads undici, and `crypto.webcrypto` all of Web Crypto: 40 ms
// of each start of a program that wants neither.
import { builtinModules } from 'node:module';

const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const statement =
  /^import (?:(?<whole>[\w$]+|\* as [\w$]+)(?:, )?)?(?:\{(?<names>[^}]*)\})?(?: from )?"(?<module>[^"]+)";/gm;

/** `import` of one of Node's modules as a declaration; any other as it stands. */
function declared(text, ...match) {
  const { whole, names, module } = match.at(-1);
  if (!builtin.has(module)) return text;
  const source = `process.getBuiltinModule(${JSON.stringify(module)})`;
  const declarations = [];
  if (whole) declarations.push(`const ${whole.replace(/^\* as /, '')} = ${source};`);
  if (names) declarations.push(`const {${names.replaceAll(/ as /g, ': ')}} = ${source};`);
  return declarations.join(' ');
}

/** What a CommonJS package of a bundle requires: Node's modules, else what lies in node_modules. */
const required =
  'const require = (name) => process.getBuiltinModule(name) ?? process.getBuiltinModule("module").createRequire(import.meta.url)(name);';

/** Whether a value is of a class of undici's. To name the class itself loads undici, though there can be none of them before that. */
const ofUndici = /([\w.$]+) instanceof (FormData|Headers|Request|Response)\b/g;

/** @returns {import('vite').Plugin} */
export function builtinModulesAsNeeded() {
  return {
    name: 'builtin-modules-as-needed',
    renderChunk(code) {
      // Declarations on the line of the imports: the source map stays true to the line.
      const late = code
        .replaceAll(statement, declared)
        .replaceAll(ofUndici, '$1?.[Symbol.toStringTag] === "$2"');
      return { code: /\brequire\b/.test(late) ? `${required} ${late}` : late, map: null };
    },
  };
}

/**
 * string-width makes an Intl.Segmenter when it is loaded, 9 ms that only a text beyond Latin needs: here it is made by the first of those.
 * @returns {import('vite').Plugin}
 */
export function segmenterAsNeeded() {
  const made = 'const segmenter = new Intl.Segmenter();';
  return {
    name: 'segmenter-as-needed',
    transform(code, id) {
      if (!/[\\/]string-width[\\/]index\.js$/.test(id)) return null;
      if (!code.includes(made) || !code.includes('segmenter.segment('))
        throw new Error(`${id} makes no segmenter any more: take this plugin away.`);
      return {
        code: code.replace(
          made,
          'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
        ),
        map: null,
      };
    },
  };
}

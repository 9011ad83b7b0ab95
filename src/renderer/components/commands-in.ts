/** Programs that hints name as commands to run. */
const programs =
  'sudo|docker|trainyard|npm|npx|systemctl|journalctl|usermod|chmod|chown|kill|ss|lsof|df|du|nvidia-smi|nvidia-ctk|wsl|apt|apt-get|mount|mkdir|export|unset|useradd|newgrp|timedatectl|loginctl';
/** A program, with what is set for it alone before it. */
const begins = `(?:[A-Z][A-Z0-9_]*=\\S+\\s+)*(?:${programs})`;
const quoted = new RegExp(`[\`"“](${begins}(?:\\s[^\`"”]*)?)[\`"”]`, 'g');
const whole = new RegExp(`^${begins}\\s\\S`);
const afterColon = new RegExp(`:\\s(${begins}\\s.+?)\\.?$`);

/** The commands that a sentence names: in quotes or backticks, after its last colon, or the sentence itself. */
export function commandsIn(hint: string): readonly string[] {
  const found = [...hint.matchAll(quoted)].flatMap(([, command]) => (command ? [command.trim()] : []));
  if (found.length > 0) return [...new Set(found)];
  const text = hint.trim();
  if (whole.test(text) && !/\.\s|\.$/.test(text)) return [text];
  const last = afterColon.exec(text)?.[1];
  return last ? [last.trim()] : [];
}

/** A hint without the command at its end, which is shown on a line of its own; empty if the command is all of it. */
export function wordsOf(hint: string, commands: readonly string[]): string {
  const last = commands.at(-1);
  const text = hint.trim();
  if (last === undefined) return text;
  const at = text.lastIndexOf(last);
  const after = text.slice(at + last.length).replace(/^[`"”]/, '');
  const before = text
    .slice(0, at)
    .replace(/[`"“]$/, '')
    .trimEnd();
  const isLast = at >= 0 && /^\.?$/.test(after) && (before === '' || before.endsWith(':'));
  return (isLast ? before : text).replaceAll('`', '');
}

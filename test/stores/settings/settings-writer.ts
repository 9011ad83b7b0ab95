// Writes one setting after the other, saying each number once it is kept, until it is killed.
import { SettingsStore } from '../../../src/main/stores/settings/settings-store.ts';

const [file = ''] = process.argv.slice(2);
using settings = new SettingsStore(file);
for (let number = 1; ; number += 1) {
  settings.set('count', number);
  settings.set(`other.${number % 7}`, { number, text: 'x'.repeat(number % 3000) });
  process.stdout.write(`${number}\n`);
}

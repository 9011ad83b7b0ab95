/**
 * What a person can set for an engine: what it is, and the variables of the engine's environment that go before it. A secret is shown to
 * nobody.
 */
export const settings = {
  trainerPython: { kind: 'program', variables: ['TRAINYARD_TRAINER_PYTHON'] },
  trainerWheels: { kind: 'folder', variables: ['TRAINYARD_TRAINER_WHEELS'] },
  trainerIndex: { kind: 'address', variables: ['UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'PIP_INDEX_URL'] },
  hubMirror: { kind: 'address', variables: ['HF_ENDPOINT'] },
  hubToken: { kind: 'secret', variables: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'] },
} as const satisfies Readonly<
  Record<
    string,
    { readonly kind: 'program' | 'folder' | 'address' | 'secret'; readonly variables: readonly string[] }
  >
>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as [SettingName, ...SettingName[]];

/** The variable of an environment that goes before a setting; null if none does. */
export function variableBefore(
  name: SettingName,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  return settings[name].variables.find((variable) => environment[variable]) ?? null;
}

/** What holds for a setting: what the environment says, else what is kept; null where neither is a text. */
export function chosenValue(
  name: SettingName,
  kept: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const variable = variableBefore(name, environment);
  const value = variable === null ? kept : environment[variable];
  return typeof value === 'string' && value !== '' ? value : null;
}

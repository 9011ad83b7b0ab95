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

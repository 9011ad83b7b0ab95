/** The executors that train a config, by their names. */
export const executorNames = ['docker', 'venv', 'builtin'] as const;

/** What a person may wish for: one of them, or the first that has the model and works. */
export const executorChoices = ['auto', ...executorNames] as const;

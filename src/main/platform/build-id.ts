declare const __TRAINYARD_BUILD__: string | undefined;

/** Another text for each build whose sources differ; `source` where the sources run as they are. */
export const buildId = typeof __TRAINYARD_BUILD__ === 'string' ? __TRAINYARD_BUILD__ : 'source';

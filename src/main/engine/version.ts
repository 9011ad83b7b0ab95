declare const __TRAINYARD_VERSION__: string | undefined;

/** The product's version; the build puts it in. From sources (in tests) it is 0.0.0. */
export const version = typeof __TRAINYARD_VERSION__ === 'string' ? __TRAINYARD_VERSION__ : '0.0.0';

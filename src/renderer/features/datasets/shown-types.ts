import type { EngineClient } from '../../rpc/client.ts';

/** A dataset with its versions. */
export type ShownDataset = Awaited<ReturnType<EngineClient['datasets']['show']>>;
export type Version = ShownDataset['versions'][number];
/** An image as a list has it. */
export type ListedImage = Awaited<ReturnType<EngineClient['datasets']['images']>>['images'][number];

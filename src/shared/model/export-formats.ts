/** The formats that labelled versions are written in. */
export const exportFormats = ['coco', 'yolo'] as const;
export type ExportFormatName = (typeof exportFormats)[number];

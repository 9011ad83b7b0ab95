/** What people call the formats of datasets, in every language. */
export const formatTitles = {
  imagenet: 'ImageNet',
  coco: 'COCO',
  yolo: 'YOLO',
  pascal_voc: 'Pascal VOC',
} as const;

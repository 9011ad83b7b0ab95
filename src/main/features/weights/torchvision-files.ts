/** The files of torchvision's own weights (0.20 and later) at download.pytorch.org/models: each name ends in the first eight digits of its SHA-256. */
export const torchvisionFiles: Readonly<Record<string, string>> = {
  fasterrcnn_mobilenet_v3_large_320_fpn: 'fasterrcnn_mobilenet_v3_large_320_fpn-907ea3f9.pth',
  fasterrcnn_mobilenet_v3_large_fpn: 'fasterrcnn_mobilenet_v3_large_fpn-fb6a3cc7.pth',
  fasterrcnn_resnet50_fpn: 'fasterrcnn_resnet50_fpn_coco-258fb6c6.pth',
  fasterrcnn_resnet50_fpn_v2: 'fasterrcnn_resnet50_fpn_v2_coco-dd69338a.pth',
  fcos_resnet50_fpn: 'fcos_resnet50_fpn_coco-99b0c9b7.pth',
  retinanet_resnet50_fpn: 'retinanet_resnet50_fpn_coco-eeacb38b.pth',
  retinanet_resnet50_fpn_v2: 'retinanet_resnet50_fpn_v2_coco-5905b1c5.pth',
  ssd300_vgg16: 'ssd300_vgg16_coco-b556d3b4.pth',
  ssdlite320_mobilenet_v3_large: 'ssdlite320_mobilenet_v3_large_coco-a79551df.pth',
  deeplabv3_mobilenet_v3_large: 'deeplabv3_mobilenet_v3_large-fc3c493d.pth',
  deeplabv3_resnet50: 'deeplabv3_resnet50_coco-cd0a2569.pth',
  deeplabv3_resnet101: 'deeplabv3_resnet101_coco-586e9e4e.pth',
  fcn_resnet50: 'fcn_resnet50_coco-1167a1af.pth',
  fcn_resnet101: 'fcn_resnet101_coco-7ecb50ca.pth',
  lraspp_mobilenet_v3_large: 'lraspp_mobilenet_v3_large-d234d4ea.pth',
};

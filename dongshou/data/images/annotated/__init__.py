"""Folders of pictures with boxes, in the three forms that programs write: VOC's XML, COCO's JSON, YOLO's text."""

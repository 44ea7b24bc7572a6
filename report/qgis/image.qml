<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
{#- The mean in grey, in the decibels of the quicklooks; the other bands are numbers of scenes. #}
<qgis version="3.22.0" styleCategories="Symbology">
 <pipe>
  <rasterrenderer type="singlebandgray" grayBand="1" gradient="BlackToWhite" opacity="1" alphaBand="-1" nodataColor="">
   <rasterTransparency/>
   <contrastEnhancement>
    <minValue>{{ low }}</minValue>
    <maxValue>{{ high }}</maxValue>
    <algorithm>StretchToMinimumMaximum</algorithm>
   </contrastEnhancement>
  </rasterrenderer>
 </pipe>
 <blendMode>0</blendMode>
</qgis>

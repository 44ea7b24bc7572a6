<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
{#- Arrows of 6 mm for a value as large as the requirement; a cross where a tile was rejected. #}
<qgis version="3.22.0" styleCategories="Symbology">
 <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
  <rules key="root">
   <rule key="measured" symbol="0" filter="&quot;{{ x }}&quot; IS NOT NULL" label="6 mm: {{ '%g' % requirement }} m, the requirement"/>
   <rule key="rejected" symbol="1" filter="&quot;{{ x }}&quot; IS NULL" label="rejected: see reason"/>
  </rules>
  <symbols>
   <symbol name="0" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
    <layer class="VectorField" enabled="1" locked="0" pass="0">
     <prop k="x_attribute" v="{{ x }}"/><prop k="y_attribute" v="{{ y }}"/>
     <prop k="vector_field_type" v="0"/><prop k="angle_orientation" v="0"/><prop k="angle_units" v="0"/>
     <prop k="scale" v="{{ 6 / requirement }}"/><prop k="distance_unit" v="MM"/><prop k="size" v="6"/>
     <symbol name="@0@0" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
      <layer class="ArrowLine" enabled="1" locked="0" pass="0">
       <prop k="arrow_width" v="0.5"/><prop k="arrow_start_width" v="0.5"/><prop k="head_length" v="1.5"/>
       <prop k="head_thickness" v="1.1"/><prop k="head_type" v="0"/><prop k="arrow_type" v="0"/>
       <prop k="is_curved" v="0"/><prop k="is_repeated" v="0"/>
       <symbol name="@@0@0@0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
         <prop k="color" v="213,94,0,255"/><prop k="style" v="solid"/>
         <prop k="outline_color" v="0,0,0,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.1"/>
        </layer>
       </symbol>
      </layer>
     </symbol>
    </layer>
   </symbol>
   <symbol name="1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
     <prop k="name" v="cross2"/><prop k="color" v="204,121,167,255"/><prop k="size" v="2.4"/>
     <prop k="outline_color" v="204,121,167,255"/><prop k="outline_width" v="0.6"/>
    </layer>
   </symbol>
  </symbols>
 </renderer-v2>
</qgis>

<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
{#- Tiles by the reason why they were rejected; a tile that counts is left clear. #}
<qgis version="3.22.0" styleCategories="Symbology">
 <renderer-v2 type="categorizedSymbol" attr="reason" symbollevels="0" forceraster="0" enableorderby="0">
  <categories>
   <category symbol="0" value="" type="string" label="counts" render="true"/>
{%- for reason, _ in reasons %}
   <category symbol="{{ loop.index }}" value="{{ reason }}" type="string" label="{{ reason }}" render="true"/>
{%- endfor %}
  </categories>
  <symbols>
{%- for reason, colour in [("", "0,0,0,0")] + reasons %}
   <symbol name="{{ loop.index0 }}" type="fill" alpha="0.7" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <prop k="color" v="{{ colour }}"/><prop k="style" v="solid"/>
     <prop k="outline_color" v="60,60,60,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.15"/>
    </layer>
   </symbol>
{%- endfor %}
  </symbols>
 </renderer-v2>
</qgis>

<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
{#- Footprints by radial value as a share of the requirement; a tile that does not count is hatched. -#}
{%- set radial = 'sqrt("' ~ x ~ '" ^ 2 + "' ~ y ~ '" ^ 2)' %}
{%- set limits = [0, requirement / 4, requirement / 2, requirement] %}
{%- set colours = ["253,231,178,255", "252,176,82,255", "213,94,0,255", "110,30,0,255"] %}
<qgis version="3.22.0" styleCategories="Symbology">
 <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
  <rules key="root">
{%- for low in limits %}
{%- set high = limits[loop.index] if not loop.last else none %}
   <rule key="range{{ loop.index0 }}" symbol="{{ loop.index0 }}"
         filter="{{ (radial ~ ' &gt;= ' ~ low ~ ((' AND ' ~ radial ~ ' &lt; ' ~ high) if high is not none else '')) | replace('"', '&quot;') }}"
         label="{{ '%g to %g m' % (low, high) if high is not none else 'beyond the requirement of %g m' % requirement }}"/>
{%- endfor %}
   <rule key="rejected" symbol="4" filter="&quot;{{ x }}&quot; IS NULL" label="rejected: see reason"/>
  </rules>
  <symbols>
{%- for colour in colours %}
   <symbol name="{{ loop.index0 }}" type="fill" alpha="0.6" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <prop k="color" v="{{ colour }}"/><prop k="style" v="solid"/>
     <prop k="outline_color" v="60,60,60,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.15"/>
    </layer>
   </symbol>
{%- endfor %}
   <symbol name="4" type="fill" alpha="0.8" clip_to_extent="1" force_rhr="0">
    <layer class="SimpleFill" enabled="1" locked="0" pass="0">
     <prop k="color" v="120,120,120,255"/><prop k="style" v="b_diagonal"/>
     <prop k="outline_color" v="60,60,60,255"/><prop k="outline_style" v="solid"/><prop k="outline_width" v="0.15"/>
    </layer>
   </symbol>
  </symbols>
 </renderer-v2>
</qgis>

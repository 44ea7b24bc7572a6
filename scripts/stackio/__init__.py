import sys

# rasterio imports it wherever it is installed, at a quarter of a second a job, for credentials that
# GDAL finds by itself. Here, as several modules import rasterio.
sys.modules.setdefault("boto3", None)  # type: ignore[arg-type]

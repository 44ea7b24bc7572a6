"""Results that were made from something else are not taken for current where records are gone."""

import shutil

from stackflow.recorded import is_recorded


def test_results_without_records_are_refused_where_they_are_not_of_what_is_there(
    finished, tmp_path
):
    workspace = finished.copy(tmp_path / "moved")
    findings = "results/site/VV/analysis/findings.json"
    assert is_recorded(findings, workspace.folder / ".snakemake")
    shutil.rmtree(workspace.folder / ".snakemake")
    assert not is_recorded(findings, workspace.folder / ".snakemake")
    # Of what is there they are current, whoever knows of it.
    assert workspace.run("--dry-run").status == 0
    workspace.config["flatten"] = {"upper": 80}
    refused = workspace.run("--dry-run")
    assert refused.status != 0 and "results/site/VV: made from other scenes" in refused.text
    assert "--forceall" in refused.text and "Traceback" not in refused.text
    assert workspace.dry("--forceall")["superset"] == 3


def test_records_of_a_data_base_are_not_looked_at(tmp_path):
    assert not is_recorded("results/x.json", tmp_path)
    (tmp_path / "metadata.db").touch()
    assert is_recorded("results/x.json", tmp_path)

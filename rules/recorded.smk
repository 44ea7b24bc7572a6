# Results of which Snakemake has no records, as the folder .snakemake was deleted or left behind.
from stackflow.recorded import is_recorded


def unknown() -> list[str]:
    """Folders of results that are without records, and not of what the config and the scenes are."""
    found = []
    for stack, polarization in PRODUCTS:
        findings = placed(f"results/{stack}/{polarization}/analysis/findings.json")
        if not Path(findings).is_file() or is_recorded(findings):
            continue
        if read_json(findings).get("made_from") != located_from(stack, polarization):
            found.append(str(Path(findings).parents[1]))
    return found


# Without records nothing is out of date that is newer than the scenes, whatever it was made from.
if workflow.is_main_process and not is_forced() and (folders := unknown()):
    raise WorkflowError(
        f"{', '.join(folders)}: made from other scenes, settings or code than now, and there are no records of it in "
        ".snakemake, by which Snakemake knows what to make again (deleted, not copied along, or --drop-metadata): "
        "call once with --forceall, or move the results away"
    )

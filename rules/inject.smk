# Displaced scenes make stacks of their own, "{stack}@injected" and "{stack}@boxes", which the stages
# after the superset treat like any other.
rule inject:
    input:
        unpack(layers_injected_with),
        scene=rules.superset.output.scene,
    output:
        scene="results/{stack}@{kind}/{polarization}/superset/{scene}.tif",
        truth="results/{stack}@{kind}/{polarization}/truth/{scene}.json",
    log:
        "logs/{stack}@{kind}/{polarization}/inject/{scene}.log",
    wildcard_constraints:
        stack=REAL_STACK,
        kind="injected|boxes",
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000, 8),
        runtime=minutes(20, 20),
    params:
        largest=config["inject"]["largest"],
        boxes=lambda wildcards: (
            config["inject"]["boxes"] if wildcards.kind == "boxes" else None
        ),
        seed=config["inject"]["seed"],
        code=code_digest("inject"),
    message:
        "Displace {wildcards.scene} of {wildcards.stack} {wildcards.polarization} by a known amount"
    script:
        "../scripts/inject.py"

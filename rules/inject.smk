# Displaced scenes make a stack of their own, "{stack}@injected", which the stages after the superset
# treat like any other.
rule inject:
    input:
        scene=rules.superset.output.scene,
    output:
        scene="results/{stack}@injected/{polarization}/superset/{scene}.tif",
        truth="results/{stack}@injected/{polarization}/truth/{scene}.json",
    log:
        "logs/{stack}@injected/{polarization}/inject/{scene}.log",
    wildcard_constraints:
        stack=REAL_STACK,
    conda:
        "../envs/estimate.yaml"
    threads: 1
    resources:
        mem_mb=memory(1000, 8),
        runtime=minutes(20, 20),
    params:
        largest=config["inject"]["largest"],
        seed=config["inject"]["seed"],
        code=code_digest("inject"),
    message:
        "Displace {wildcards.scene} of {wildcards.stack} {wildcards.polarization} by a known amount"
    script:
        "../scripts/inject.py"

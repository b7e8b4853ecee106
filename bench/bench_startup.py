"""exec to ready, idle memory, start after a kill; beside dynalite."""
import pathlib
import shutil
import tempfile
import time

import harness
import peers


def measure(options, figures, notes):
    data = pathlib.Path(tempfile.mkdtemp(prefix="bench-data-"))
    try:
        harness.millrace(data).stop()  # first start makes keys and the CA; the goal is for all others
        starts, rss = [], []
        for _ in range(max(options.rounds, 5)):
            with harness.millrace(data) as server:
                starts.append(server.ready_s * 1e3)
                time.sleep(0.3)
                rss.append(server.rss_mb())
        figures["ready_ms"] = harness.median(starts)
        figures["idle_rss_mb"] = harness.median(rss)
        print(f"millrace ready in {figures['ready_ms']:.1f} ms, idle {figures['idle_rss_mb']:.1f} MB")
        dynalite = peers.dynalite()
        if dynalite is None:
            notes.append("dynalite is not installed (npm could not be reached): its ratios are missing")
            return
        times = []
        for _ in range(options.rounds):
            with dynalite() as peer:
                times.append(peer.ready_s * 1e3)
        figures["ready_vs_dynalite"] = harness.median(times) / figures["ready_ms"]
        print(f"dynalite ready in {harness.median(times):.1f} ms")
    finally:
        shutil.rmtree(data, ignore_errors=True)

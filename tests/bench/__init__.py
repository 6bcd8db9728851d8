"""`make bench`: the line measured side by side with stock Rasa and its built-in Twilio channel, on the same model, in one run.

__main__        the order of the run, the table and results/bench.json
plan            how long each part takes; `--quick` is short
sides           the two stacks as they are started, reached and taken apart: ours, and stock Rasa's
stock_rasa      Rasa's own command line with Twilio's host redirected to the scripted one
carrier         one scripted Twilio a side, in a process of its own
processes       CPU time and memory of a stack, from /proc
patients        what patients write, and the demo's patients who move their visits
load            the workloads: webhooks at a fixed rate, patients who wait for answers, moves, bursts
report          figures with their targets and verdicts
"""

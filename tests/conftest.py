"""Commands under test meet the signals of a terminal, however the tests were started."""

import signal

# A shell starts background jobs without Ctrl-C, `nohup` without hanging up; children inherit it.
for _number, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

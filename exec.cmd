@rem The scripts of package.json begin with "exec", so that signals reach the program and not a shell around it.
@rem Where the shell is cmd.exe, which has no such word, this file stands for it.
@%*

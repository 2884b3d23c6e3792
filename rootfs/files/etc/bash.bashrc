# Interactive shells: the console and "bash" by hand.
[ -z "$PS1" ] && return
PS1='\u@\h:\w\$ '
shopt -s checkwinsize histappend
HISTCONTROL=ignoredups
alias ls='ls --color=auto'
alias ll='ls -l'
alias grep='grep --color=auto'

'a' "b" r'\c' b'd' B"e" Rb'\f' u'g' '''h
i''' """j"k""" '\x41\u0041\U00000041\N{DIGIT ONE}\101\
'

f"a{b}c{d!r}e{f:>{g}}h{{i}}{j=}{k = !s:x}" 'l' F'{m:{n}{o}p}'

rf'\{a}\n' fr"""{
    b  # comment
    + c
}""" f'{x:%H:%M}' f"{f'{f"{1}"}'}" f'{ {1: 2}[1] }' f'{(lambda x: 1)}'

t'a{b!r:>{c}}d{e=}' rt"{f}"

f'\N{DIGIT ONE}{a}' f'' f'{a,b}' f'{*a, b}' f'{yield}' f'{a:=5}' f'{a!=b}'

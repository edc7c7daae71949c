"""The letters of other alphabets that look like ASCII letters and can occur in a domain name (UTS #39, RFC 5892).

An extract of Unicode's confusables.txt, made by tests/training/confusables.py, which says what is taken and which
letters are added by hand; its license is ``LICENSE.unicode.txt`` beside this file. Accents need no table: canonical
decomposition removes them.
"""

from __future__ import annotations

_TABLE = {
    "2": "\u01a8\u01bb\u03e9\u10f7\u14bf\u1616\u1d24\u2d27\ua645\ua6ef\ua75b",
    "3": "\u021d\u025c\u0292\u0293\u0437\u0499\u04e1\u0969\u0ae9\u10d5\u10f3\u1702"
    "\u1d08\u2c9d\u2cc5\u2ccd\ua76b\ua8f6\U000118ca\U00016f3b",
    "4": "\uab9e\U000118cf\U00016e82",
    "5": "\U000118db",
    "6": "\u03b4\u0431\u056e\u1577\u1e9f\u2cd3\u2cdd\ua543\ua5cf\uabbe\U000118d5",
    "7": "\u172a\u1c84\U000104fa\U000118c6\U00016e8a",
    "8": "\u0223\u09ea\u0a6a\u0b03\ua589\U0001031a\U00011445\U000169fe\U0001e8cb",
    "9": "\u09ed\u0a67\u0b68\u0d6d\u2ccb\ua76f\U000118cc\U000118d6\U000169c1\U0001e2f2",
    "a": "\u0251\u03b1\u0430\u15c5\u1d00\u1d8f\u2c65\ua4ee\uab64\uab7a\U000102a0\U00016f40",
    "aa": "\ua733",
    "ae": "\xe6\u04d5",
    "ao": "\ua735",
    "au": "\ua737",
    "av": "\ua739\ua73b",
    "ay": "\ua73d",
    "b": "\xfe\u0180\u0183\u0185\u0253\u0299\u03b2\u0432\u044c\u0463\u048d\u07d5"
    "\u13fc\u1472\u1473\u15af\u15f7\u1c80\u1c87\u1d6c\u1d80\u2c83\ua4d0\ua557"
    "\ua797\ua7b5\ua7d7\uab9f\U00010282\U000102a1\U00010301\U0001031c",
    "bl": "\u044b",
    "c": "\u0188\u023c\u0255\u0441\u04ab\u1004\u105a\u1c83\u1d04\u2ca5\ua4da\ua793"
    "\ua794\uabaf\U000102a2\U00010302\U0001043d\U0001051b\U000118e9\U000118f2\U0001df1d",
    "co": "\uab43\uab44",
    "d": "\xf0\u0111\u018c\u0221\u0256\u0257\u0501\u146f\u15de\u15ea\u1d05\u1d6d"
    "\u1d81\u1d91\ua4d2\ua4d3\ua7c8\uab70\uabb7\U0001018b\U0001e8cd",
    "dz": "\u02a3",
    "e": "\u0247\u03b5\u0435\u04bd\u04bf\u1d07\u1d92\u2c78\u2d39\ua4f0\ua5cb\uab32\uab34\uab7c\U00010286\U000118ce",
    "f": "\u0192\u0284\u03dd\u0584\u07d3\u15b4\u1d6e\u1d82\u1e9d\ua4dd\ua730\ua799"
    "\uab35\U00010287\U000102a5\U00010525\U000118c2",
    "fn": "\u02a9",
    "g": "\u018d\u01e5\u0260\u0261\u0262\u050d\u0581\u13fb\u1d83\ua4d6\ua7a1\uab90",
    "h": "\u0127\u0266\u029c\u043d\u045b\u04a3\u04bb\u04c8\u04ca\u0570\u13fa\u157c"
    "\u2c68\u2c8f\u2d19\ua4e7\ua695\ua727\ua795\uab8b\uab92\U000102cf",
    "i": "\u0131\u0268\u0269\u026a\u03b9\u0456\u0582\u1d7b\u1d7c\u1d96\u2c93\ua647\uab75\U000118c3\U0001df1a",
    "j": "\u0237\u0249\u025f\u029d\u03f3\u0458\u0575\u148d\u1d0a\ua4d9\uab7b",
    "k": "\u0138\u0199\u03ba\u043a\u049b\u049f\u16d5\u1d0b\u1d84\u2c6a\u2c95\ua4d7"
    "\ua741\ua743\ua745\ua7a3\uabb6\U00010518",
    "l": "\u0142\u019a\u01c0\u0234\u026b\u026c\u026d\u029f\u0322\u0328\u0345\u04cf"
    "\u05d5\u05df\u0627\u0661\u0673\u06f1\u07ca\u14aa\u16c1\u16c5\u16d0\u1ab7"
    "\u1d85\u2c61\u2cd1\u2d4a\u2d4f\ua4e1\ua4f2\ua56f\ua749\ua781\ua78e\ua7fe"
    "\ua830\uab37\uab38\uab39\uabae\U0001028a\U00010309\U00010320\U00010443\U0001050e\U00010526\U00010926"
    "\U00010c3e\U00010ce5\U00010cfa\U000118d2\U00016ae4\U00016f16\U00016f28\U0001d377\U0001df11\U0001df13\U0001e141\U0001e8c7"
    "\U0001ed01",
    "ll": "\u01c1\u05f0\u1efb",
    "lll": "\ua516",
    "lo": "\u044e",
    "ls": "\u02aa",
    "lz": "\u02ab",
    "m": "\u0271\u028d\u03bc\u03fb\u043c\u04ce\u0560\u15f0\u16d6\u1d0d\u1d6f\u1d86"
    "\u2c99\ua4df\uab3a\uab51\uab87\U000102b0\U00010311\U00010c21\U00011700\U000118e3",
    "n": "\u014b\u019e\u0235\u0272\u0273\u0274\u03b7\u043f\u0572\u0578\u057c\u1d70"
    "\u1d87\u2c9b\ua4e0\ua791\ua7a5\uab3b\U00010513\U00011abe",
    "o": "\xf8\u01ff\u0275\u03b8\u03bf\u03c3\u03ed\u043e\u0473\u04e9\u0585\u05e1"
    "\u0629\u0647\u0665\u06be\u06c1\u06c3\u06d5\u06f5\u06ff\u07c0\u07cb\u0840"
    "\u0966\u09e6\u0a66\u0ae6\u0b20\u0b66\u0be6\u0c02\u0c66\u0c82\u0ce6\u0d02"
    "\u0d20\u0d66\u0d82\u0e50\u0ed0\u101d\u1040\u10ff\u110b\u11bc\u12d0\u1340"
    "\u17e0\u1a45\u1a80\u1a90\u1bea\u1c82\u1d0f\u1d11\u2c7a\u2c91\u2c9f\u2d31"
    "\u2d41\u2d54\u3007\ua4f3\ua6a2\ua74b\ua74d\uab3d\uab3e\uab74\uab8e\uabbb"
    "\U00010292\U000102ab\U0001030f\U0001042c\U000104ea\U00010516\U0001051e\U0001092c\U00010c17\U00010d07\U00011124\U00011302"
    "\U000114d0\U000118c8\U000118d7\U000118e0\U0001699b\U00016ae9\U00016e80\U0001df1b\U0001e140\U0001e2f0",
    "oe": "\u0153",
    "oo": "\u1147\u11ee\ua699\ua74f",
    "oy": "\u0479",
    "p": "\u01a5\u01bf\u03c1\u03f8\u0440\u146d\u1d18\u1d29\u1d71\u1d7d\u1d88\u2ca3"
    "\u2ccf\ua4d1\ua751\ua753\ua755\uabb2\U00010295",
    "q": "\u024b\u02a0\u051b\u0563\u0566\u1d90\u2d55\ua757\ua759\ua7af",
    "r": "\u024d\u027c\u027d\u027e\u0280\u0433\u0493\u1587\u1d26\u1d72\u1d73\u1d89"
    "\u2c85\ua4e3\ua7a7\uab47\uab48\uab49\uab71\uab81\uaba2\U000104dc\U00016a19\U00016f35"
    "\U0001df16",
    "s": "\u01bd\u023f\u0282\u0455\u057f\u0d1f\u10fd\u1d74\u1d8a\u2d1d\ua4e2\ua576"
    "\ua731\ua7a9\ua7ca\uaba5\uabaa\U00010296\U00010448\U000118c1\U00016ad6\U00016f3a\U0001df1e",
    "ss": "\xdf",
    "t": "\u0167\u01ab\u01ad\u0236\u0288\u03c4\u0442\u04ad\u07e0\u1c85\u1d1b\u1d75"
    "\u2c66\u2ca7\u3112\u4e05\ua4d4\ua50b\ua68d\uab72\uab8f\U00010297\U000102b1\U00010315"
    "\U00016f0a\U0001d373\U0001df09",
    "t3": "\ua729",
    "tf": "\ua777",
    "ts": "\u02a6",
    "u": "\u0289\u028b\u03c5\u045f\u057d\u1200\u144c\u1d1c\u1d7e\u1d99\ua4f4\ua79f"
    "\ua7b9\uab4e\uab52\uab9c\U000104f6\U000118d8\U00016f42",
    "ue": "\u1d6b",
    "uo": "\uab63",
    "v": "\u03bd\u0475\u05d8\u0667\u06f7\u142f\u1d20\u2c71\u2c74\u2d38\ua4e6\ua6df"
    "\ua75f\uaba9\U0001051d\U00010c1f\U00011706\U000118c0\U00016f08\U0001e145",
    "w": "\u026f\u03c9\u0448\u0461\u047d\u051d\u0561\u1d21\u2c73\u2cbd\ua4ea\ua761"
    "\ua7fa\uab83\uaba4\U000114c5\U0001170a\U0001170e\U0001170f\U000118e6\U000118ef",
    "x": "\u03c7\u0445\u04b3\u1541\u157d\u16b7\u1763\u1bec\u1cf5\u1d8d\u2cad\u2d5d"
    "\ua4eb\uab53\uab55\uab56\uab57\uab58\uab59\U00010290\U000102b4\U00010317\U00010322\U00010527"
    "\U00010c13\U00010cc2\U00010cfc\U000118ec",
    "y": "\u01b4\u024f\u0263\u028f\u03b3\u0443\u04af\u04b1\u07cc\u10e7\u1d8c\u1eff"
    "\u2ca9\u311a\u4e2b\ua4ec\ua6b2\uab5a\uab79\uab8d\U000102b2\U00010c20\U000118c4\U000118dc"
    "\U00016f43",
    "z": "\u01b6\u0225\u0240\u0290\u0291\u03b6\u1d22\u1d76\u1d8e\u2c6c\u2c8d\u2d2d"
    "\ua4dc\ua6c9\uab93\U000102f5\U00010507\U000118c9\U000118e5\U00011abc",
}

LOOKS_LIKE: dict[str, str] = {letter: ascii for ascii, letters in _TABLE.items() for letter in letters}
"""Character → the ASCII text as which people read it."""

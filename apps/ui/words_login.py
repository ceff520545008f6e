"""What the page says to who needs a key, in English and Chinese side by side."""

from explain.catalogue import Phrase

LOGIN: dict[str, Phrase] = {
    "login.key": Phrase("Your key", "您的密钥"),
    "login.button": Phrase("Come in", "进入"),
    "login.how": Phrase(
        "Whoever looks after this Foil makes keys on its machine: foil keys add NAME --role inspector",
        "密钥由此 Foil 的管理者在本机生成：foil keys add NAME --role inspector",
    ),
    "login.wrong": Phrase("This key is not known, or no longer.", "此密钥不存在或已失效。"),
    "login.leave": Phrase("Leave", "退出"),
    "login.may_not": Phrase(
        "{name} is {has}, and this takes {takes}. Ask for another key.",
        "{name} 的角色是{has}，此操作需要{takes}。请申请其他密钥。",
    ),
    "role.viewer": Phrase("viewer", "查看者"),
    "role.inspector": Phrase("inspector", "检验员"),
    "role.admin": Phrase("admin", "管理员"),
}
